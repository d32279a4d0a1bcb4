/*
 * fuzz_env_config.c - hostile configuration files: values lie in the text and
 * on one line, a file read in two parts at a line's end gives the same, and a
 * user's file gives nothing that the system's would not.
 */
#include <stdint.h>
#include <stdlib.h>

#include "cc_limits.h"
#include "env_config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(what)                                                            \
	do {                                                                   \
		if (!(what))                                                   \
			abort();                                               \
	} while (0)

struct seen {
	struct span text;
	size_t count;
	uint64_t digest; /* of keys and values in order */
};

static bool
take(void *ctx, enum config_key key, struct span value)
{
	struct seen *s = ctx;
	struct span word, list = value;
	long mode = cc_config_mode(value);

	CHECK(key < CONFIG_KEYS);
	CHECK(value.p >= s->text.p);
	CHECK(value.p + value.len < s->text.p + s->text.len);
	CHECK(value.p[value.len] == '\n');
	CHECK(value.len < CC_CONFIG_LINE);
	CHECK(!memchr(value.p, '\n', value.len));
	CHECK(mode >= 0 && mode <= 07777);
	cc_config_number(value);
	while (cc_config_word(&list, &word))
		CHECK(word.len > 0 && !memchr(word.p, ',', word.len) &&
		    !memchr(word.p, ' ', word.len));
	CHECK(cc_config_restrictions(value) >= -1 &&
	    cc_config_restrictions(value) <= 3);
	s->count++;
	s->digest = s->digest * 31 + (uint64_t)key;
	for (size_t i = 0; i < value.len; i++)
		s->digest = s->digest * 31 + (unsigned char)value.p[i];
	return true;
}

static struct seen
read_text(struct span text, enum config_file file)
{
	struct seen s = { .text = text };

	cc_config_parse(text, file, take, &s);
	return s;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = cc_span(data, size);
	struct seen all = read_text(text, CONFIG_SYSTEM);
	const char *lf = size > 0 ? memchr(data, '\n', size) : NULL;

	CHECK(read_text(text, CONFIG_IMAPRC).count <= all.count);
	CHECK(read_text(text, CONFIG_MMINIT).count <= 1);
	/* What is behind the last LF counts for nothing. */
	while (text.len > 0 && text.p[text.len - 1] != '\n')
		text.len--;
	CHECK(read_text(text, CONFIG_SYSTEM).digest == all.digest);
	/* A guard line in front changes nothing. */
	if (lf && lf == (const char *)data) {
		text = cc_span(lf + 1, size - 1);
		CHECK(read_text(text, CONFIG_SYSTEM).digest == all.digest);
	}
	return 0;
}
