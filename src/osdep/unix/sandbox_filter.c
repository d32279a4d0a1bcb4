/*
 * sandbox_filter.c - a seccomp filter, assembled from rows (seccomp(2)).
 *
 * First the calls that are allowed with some arguments only, then the others,
 * in order of their numbers, runs of numbers as one, in groups that are passed
 * over. The kernel keeps a bitmap of calls that are allowed whatever their
 * arguments, so the way to an answer does not matter for calls; but at each
 * start of a session it compiles the program, and runs it for each number that
 * there is to make the bitmap. A foreign calling convention (32 bit calls on a
 * 64 bit kernel, x32) is killed, as its numbers mean other calls.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>

#include "cc_err.h"
#include "sandbox_filter.h"

#if defined(__x86_64__)
#define FILTER_ARCH AUDIT_ARCH_X86_64
#define FILTER_X32_BIT 0x40000000u
#elif defined(__aarch64__)
#define FILTER_ARCH AUDIT_ARCH_AARCH64
#elif defined(__riscv) && __riscv_xlen == 64
#define FILTER_ARCH AUDIT_ARCH_RISCV64
#elif defined(__i386__)
#define FILTER_ARCH AUDIT_ARCH_I386
#elif defined(__arm__)
#define FILTER_ARCH AUDIT_ARCH_ARM
#elif defined(__s390x__)
#define FILTER_ARCH AUDIT_ARCH_S390X
#elif defined(__powerpc64__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define FILTER_ARCH AUDIT_ARCH_PPC64LE
#else
#error "the seccomp architecture of this machine is not known"
#endif

/* The low half of an argument within struct seccomp_data. */
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define ARG_LOW 4u
#else
#define ARG_LOW 0u
#endif

#define FILTER_MAX 1024 /* instructions; the kernel takes 4096 */

#define PLAIN_MAX 512 /* calls whose arguments do not matter */

/* Runs of numbers that are looked at one by one. */
#define GROUP 8

/* A jump goes so many instructions further at most. */
#define JUMP_MAX 255

struct filter {
	struct sock_filter code[FILTER_MAX];
	unsigned short len;
	int over; /* an instruction did not fit */
};

static void
put(struct filter *f, uint16_t code, uint8_t jt, uint8_t jf, uint32_t k)
{
	if (f->len == FILTER_MAX) {
		f->over = 1;
		return;
	}
	f->code[f->len++] = (struct sock_filter){ code, jt, jf, k };
}

static void
put_load(struct filter *f, size_t offset)
{
	put(f, BPF_LD | BPF_W | BPF_ABS, 0, 0, (uint32_t)offset);
}

static void
put_return(struct filter *f, uint32_t action)
{
	put(f, BPF_RET | BPF_K, 0, 0, action);
}

/* Kills what does not use this program's own calling convention, and leaves
 * the number of the call in the accumulator. */
static void
put_head(struct filter *f)
{
	put_load(f, offsetof(struct seccomp_data, arch));
	put(f, BPF_JMP | BPF_JEQ | BPF_K, 1, 0, FILTER_ARCH);
	put_return(f, SECCOMP_RET_KILL_PROCESS);
	put_load(f, offsetof(struct seccomp_data, nr));
#ifdef FILTER_X32_BIT
	put(f, BPF_JMP | BPF_JGE | BPF_K, 0, 1, FILTER_X32_BIT);
	put_return(f, SECCOMP_RET_KILL_PROCESS);
#endif
}

/* Allows a call if an argument is as the row says. */
static void
put_checked(struct filter *f, const struct sandbox_call *call)
{
	size_t arg =
	    offsetof(struct seccomp_data, args) + 8u * call->arg + ARG_LOW;

	put(f, BPF_JMP | BPF_JEQ | BPF_K, 0, 5, call->nr);
	put_load(f, arg);
	put(f, BPF_ALU | BPF_AND | BPF_K, 0, 0, call->mask);
	put(f, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, call->value);
	put_return(f, SECCOMP_RET_ALLOW);
	put_load(f, offsetof(struct seccomp_data, nr));
}

static int
compare(const void *a, const void *b)
{
	const unsigned *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* The plain calls of the rows, in order: how many, or 0 if too many. */
static size_t
collect_plain(const struct sandbox_list *lists, size_t count, unsigned *nrs)
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < lists[i].count; j++) {
			if (lists[i].calls[j].mask != 0)
				continue;
			if (n == PLAIN_MAX)
				return 0;
			nrs[n++] = lists[i].calls[j].nr;
		}
	qsort(nrs, n, sizeof(*nrs), compare);
	return n;
}

/* One past the end of the run of numbers that begins at i. */
static size_t
run_end(const unsigned *nrs, size_t n, size_t i)
{
	size_t j = i + 1;

	while (j < n && nrs[j] - nrs[j - 1] <= 1)
		j++;
	return j;
}

/* A run: one comparison if it is one number, else two. aim() lets them jump to
 * where the call is allowed. */
static void
put_run(struct filter *f, unsigned first, unsigned last)
{
	if (first == last) {
		put(f, BPF_JMP | BPF_JEQ | BPF_K, 1, 0, first);
		return;
	}
	put(f, BPF_JMP | BPF_JGE | BPF_K, 0, 1, first);
	put(f, BPF_JMP | BPF_JGT | BPF_K, 0, 1, last);
}

/* Points the comparisons from instruction at on to the one that allows, which
 * will stand behind the return that does not; that is where a group ends. */
static void
aim(struct filter *f, size_t at)
{
	for (; at < f->len; at++) {
		struct sock_filter *ins = &f->code[at];
		size_t far = f->len - at;

		if (far > JUMP_MAX)
			f->over = 1;
		if (BPF_OP(ins->code) == BPF_JEQ)
			ins->jt = (uint8_t)far;
		else if (BPF_OP(ins->code) == BPF_JGT)
			ins->jf = (uint8_t)far;
		else if (BPF_OP(ins->code) == BPF_JA)
			ins->k = (uint32_t)far - 1;
	}
}

/* The runs from the number at i on, at most GROUP; one past their numbers.
 * Calls behind the group do not look at it. */
static size_t
put_group(struct filter *f, const unsigned *nrs, size_t n, size_t i)
{
	size_t end = i, at = f->len;

	for (int k = 0; k < GROUP && end < n; k++)
		end = run_end(nrs, n, end);
	if (end < n)
		put(f, BPF_JMP | BPF_JGE | BPF_K, 0, 0, nrs[end]);
	for (size_t next; i < end; i = next) {
		next = run_end(nrs, n, i);
		put_run(f, nrs[i], nrs[next - 1]);
	}
	if (end < n)
		put(f, BPF_JMP | BPF_JA, 0, 0, 0);
	if (end < n && !f->over)
		f->code[at].jt = (uint8_t)(f->len - at - 1);
	return end;
}

static void
put_rows(struct filter *f, const struct sandbox_list *lists, size_t count,
    uint32_t otherwise)
{
	unsigned nrs[PLAIN_MAX] = { 0 };
	size_t n = collect_plain(lists, count, nrs), begin;

	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < lists[i].count; j++)
			if (lists[i].calls[j].mask != 0)
				put_checked(f, &lists[i].calls[j]);
	begin = f->len;
	for (size_t i = 0; i < n;)
		i = put_group(f, nrs, n, i);
	aim(f, begin);
	put_return(f, otherwise);
	put_return(f, SECCOMP_RET_ALLOW);
	if (n == 0)
		f->over = 1;
}

int
cc_sandbox_filter(const struct sandbox_list *lists, size_t count,
    enum sandbox_default otherwise)
{
	struct filter f;
	struct sock_fprog prog;

	f.len = 0;
	f.over = 0;
	put_head(&f);
	put_rows(&f, lists, count,
	    otherwise == SANDBOX_KILL ? SECCOMP_RET_KILL_PROCESS
				      : SECCOMP_RET_ERRNO | EPERM);
	if (f.over)
		return CC_EIO;
	prog.len = f.len;
	prog.filter = f.code;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog, 0, 0) != 0)
		return CC_EIO;
	return 0;
}
