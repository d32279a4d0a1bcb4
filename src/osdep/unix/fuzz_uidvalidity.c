/*
 * fuzz_uidvalidity.c - whatever the file with the highest UIDVALIDITY holds,
 * the next one is not below the clock, never comes twice, and is recorded.
 * The input is tried as it is and with a right sum behind it.
 */
#include "cc_err.h"
#include "fuzz_root.h"
#include "fuzz_summed.h"
#include "uidrecord.h"

#define NOW 1700000000u

static int
directory(void)
{
	static int fd = -1;

	if (fd < 0) {
		fuzz_root_make();
		fd = open(fuzz_root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		must(fd >= 0);
	}
	return fd;
}

static void
try_text(struct span text)
{
	int dir = directory();
	int fd = openat(dir, "uidvalidity",
	    O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	uint32_t first, second;
	int r;

	must(fd >= 0 && write(fd, text.p, text.len) == (ssize_t)text.len);
	close(fd);
	r = cc_uidvalidity_next(dir, NOW, &first);
	must(r == 0 || r == CC_ERANGE);
	if (r != 0)
		return;
	must(first >= NOW);
	r = cc_uidvalidity_next(dir, NOW, &second);
	must(r == (first == UINT32_MAX ? CC_ERANGE : 0));
	must(r != 0 || second == first + 1);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_summed(cc_span(data, size), try_text);
	return 0;
}
