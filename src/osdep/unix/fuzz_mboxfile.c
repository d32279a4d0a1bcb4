/*
 * fuzz_mboxfile.c - hostile mailbox files: the parser against the naive
 * reader, with a window as the first octet says, whole and delivered in two
 * parts. Extents ascend, UIDs ascend, sizes agree.
 */
#include <sys/mman.h>
#include <unistd.h>

#include "cc_err.h"
#include "fs.h"
#include "fuzz_util.h"
#include "mail.h"
#include "mboxfile_parse.h"
#include "test_mboxfile_naive.h"

static void
check_order(const struct mbox_index *index)
{
	for (uint32_t i = 0; i < index->count; i++) {
		const struct mbox_msg *m = &index->msgs[i];

		must(m->pos < cc_mbox_msg_end(index, i));
		must(m->uid > 0 && m->uid <= CC_MBOX_UID_MAX);
		must(i == 0 || m->uid > m[-1].uid);
	}
	must(index->count == 0 ||
	    index->uid_last >= index->msgs[index->count - 1].uid);
	for (unsigned i = 0; i < index->keywords.count; i++)
		must(cc_mbox_keyword_ok(cc_span_z(index->keywords.name[i])));
}

static void
check_naive(const struct mbox_index *index, const char *text, size_t len)
{
	struct naive naive;
	size_t skip = index->pseudo;

	must(naive_read(text, len, &naive));
	must(naive.count == index->count + skip);
	for (uint32_t i = 0; i < index->count; i++) {
		must(index->msgs[i].size == naive.msgs[i + skip].size);
		must(i + skip == 0 ||
		    index->msgs[i].pos == naive.msgs[i + skip].pos);
	}
	naive_free(&naive);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mbox_index index;
	struct mbox_window w;
	size_t cut;
	int fd, r;

	if (size < 2)
		return 0;
	cut = data[1] * (size - 2) / 255;
	fd = memfd_create("mbox", 0);
	must(pwrite(fd, data + 2, size - 2, 0) == (ssize_t)(size - 2));
	cc_mbox_window_init(&w, fd, data[0] ? data[0] : 256 * 1024);

	cc_mbox_index_init(&index);
	r = cc_mbox_parse(&index, &w, size - 2, NULL);
	must(r == 0 || r == CC_EPARSE);
	if (r == 0)
		check_naive(&index, (const char *)data + 2, size - 2);
	check_order(&index);
	must(w.octets <= size);
	cc_mbox_index_free(&index);

	r = cc_mbox_parse(&index, &w, cut, NULL);
	if (r == 0 && index.started) {
		check_order(&index);
		(void)cc_mbox_parse(&index, &w, size - 2, NULL);
		if (!index.exhausted)
			check_order(&index);
	}
	cc_mbox_index_free(&index);
	cc_mbox_window_free(&w);
	close(fd);
	return 0;
}
