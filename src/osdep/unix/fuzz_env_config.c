/*
 * fuzz_env_config.c - hostile configuration files: values lie in the text and
 * on one line, a file read in two parts at a line's end gives the same, and a
 * user's file gives nothing that the system's would not.
 */
#include "cc_limits.h"
#include "env_config.h"
#include "fuzz_util.h"

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

	must(key < CONFIG_KEYS);
	must(value.p >= s->text.p);
	must(value.p + value.len < s->text.p + s->text.len);
	must(value.p[value.len] == '\n');
	must(value.len < CC_CONFIG_LINE);
	must(!memchr(value.p, '\n', value.len));
	must(mode >= 0 && mode <= 07777);
	cc_config_number(value);
	while (cc_config_word(&list, &word))
		must(word.len > 0 && !memchr(word.p, ',', word.len) &&
		    !memchr(word.p, ' ', word.len));
	must(cc_config_restrictions(value) >= -1 &&
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

	must(read_text(text, CONFIG_IMAPRC).count <= all.count);
	must(read_text(text, CONFIG_MMINIT).count <= 1);
	/* What is behind the last LF counts for nothing. */
	while (text.len > 0 && text.p[text.len - 1] != '\n')
		text.len--;
	must(read_text(text, CONFIG_SYSTEM).digest == all.digest);
	/* A guard line in front changes nothing. */
	if (lf && lf == (const char *)data) {
		text = cc_span(lf + 1, size - 1);
		must(read_text(text, CONFIG_SYSTEM).digest == all.digest);
	}
	return 0;
}
