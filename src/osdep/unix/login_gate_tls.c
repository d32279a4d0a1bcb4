/*
 * login_gate_tls.c - TLS of the servers, over OpenSSL 3.
 *
 * TLS 1.2 and 1.3 with what the system's OpenSSL policy allows, any kind of
 * key. No renegotiation, no compression, no tickets (each connection is a
 * process of its own that could not take them back). Records are of at most
 * 8192 octets, which old clients need. Another protocol's client that names it
 * by ALPN (RFC 7301) is turned away.
 *
 * Certificate and key are read while still root. The key then stays in this
 * process until the connection ends.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cc_err.h"
#include "fs.h"
#include "login_gate.h"

#define TLS_RECORD_MAX 8192

struct gate_tls {
	SSL_CTX *ctx;
	SSL *ssl;
};

/* Tells the log what the library has to say. */
static void
log_errors(struct gate *g)
{
	unsigned long e;
	char text[LOGIN_TEXT_MAX];

	while ((e = ERR_get_error()) != 0) {
		ERR_error_string_n(e, text, sizeof(text));
		g->log(g, LOGIN_EV_TLS_STATUS, cc_span_z(text), 0);
	}
}

static void
log_failure(struct gate *g, enum login_event event, const char *file)
{
	g->log(g, event, cc_span_z(file), 0);
	log_errors(g);
}

/* DIR/PROGRAM-ADDRESS.pem if that exists, else DIR/PROGRAM.pem. */
static bool
find_file(const struct gate *g, const char *dir, struct strbuf *path)
{
	if (g->setup.address[0]) {
		cc_strbuf_reset(path);
		cc_strbuf_printf(path, "%s/%s-%s.pem", dir, g->setup.program,
		    g->setup.address);
		if (cc_strbuf_status(path) == 0 &&
		    access(path->data, F_OK) == 0)
			return true;
	}
	cc_strbuf_reset(path);
	cc_strbuf_printf(path, "%s/%s.pem", dir, g->setup.program);
	return cc_strbuf_status(path) == 0 && access(path->data, F_OK) == 0;
}

/* A key that needs a pass phrase has nobody to ask. */
static int
no_pass_phrase(char *buf, int size, int rwflag, void *ctx)
{
	(void)buf;
	(void)size;
	(void)rwflag;
	(void)ctx;
	return -1;
}

static SSL_CTX *
new_context(void)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

	if (!ctx)
		return NULL;
	/* The system's policy may ask for more, never for less. */
	if (SSL_CTX_get_min_proto_version(ctx) < TLS1_2_VERSION)
		SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
	SSL_CTX_set_options(ctx,
	    SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET |
		SSL_OP_CLEANSE_PLAINTEXT | SSL_OP_IGNORE_UNEXPECTED_EOF);
	SSL_CTX_set_num_tickets(ctx, 0);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_max_send_fragment(ctx, TLS_RECORD_MAX);
	SSL_CTX_set_dh_auto(ctx, 1);
	SSL_CTX_set_mode(ctx,
	    SSL_MODE_ENABLE_PARTIAL_WRITE |
		SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_default_passwd_cb(ctx, no_pass_phrase);
	return ctx;
}

/* A file that anybody can write proves nothing, and a key that anybody can
 * read protects nothing; the latter only told, as it works. */
static bool
is_safe(struct gate *g, const char *path, bool key)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return true; /* reading it will tell why */
	if (st.st_mode & S_IWOTH) {
		g->log(g, LOGIN_EV_TLS_KEY_WRITABLE, cc_span_z(path), 0);
		return false;
	}
	if (key && (st.st_mode & S_IROTH))
		g->log(g, LOGIN_EV_TLS_KEY_MODE, cc_span_z(path), 0);
	return true;
}

static bool
load(struct gate *g, SSL_CTX *ctx, const char *cert, const char *key)
{
	if (SSL_CTX_use_certificate_chain_file(ctx, cert) != 1) {
		log_failure(g, LOGIN_EV_TLS_CERTIFICATE, cert);
		return false;
	}
	if (SSL_CTX_use_PrivateKey_file(ctx, key, SSL_FILETYPE_PEM) != 1 ||
	    SSL_CTX_check_private_key(ctx) != 1) {
		log_failure(g, LOGIN_EV_TLS_KEY, key);
		return false;
	}
	return true;
}

struct gate_tls *
cc_gate_tls_new(struct gate *g)
{
	struct gate_tls *tls = NULL;
	struct strbuf cert, key;
	SSL_CTX *ctx = NULL;

	cc_strbuf_init(&cert, LOGIN_PATH_MAX + 256);
	cc_strbuf_init(&key, LOGIN_PATH_MAX + 256);
	if (!find_file(g, g->setup.certificates, &cert))
		goto out;
	if (!find_file(g, g->setup.keys, &key)) {
		cc_strbuf_reset(&key);
		cc_strbuf_put_span(&key, cc_strbuf_span(&cert));
	}
	ctx = new_context();
	if (!ctx) {
		log_failure(g, LOGIN_EV_TLS_CONTEXT, "");
		goto out;
	}
	if (!is_safe(g, cert.data, false) || !is_safe(g, key.data, true) ||
	    !load(g, ctx, cert.data, key.data)) {
		SSL_CTX_free(ctx);
		goto out;
	}
	tls = fs_get(sizeof(*tls));
	tls->ctx = ctx;
	tls->ssl = NULL;
out:
	cc_strbuf_free(&cert);
	cc_strbuf_free(&key);
	return tls;
}

/* Takes one of our names from the client's list (length and octets, one after
 * the other); a list without one is of another protocol. */
static int
choose_protocol(SSL *ssl, const unsigned char **out, unsigned char *out_len,
    const unsigned char *in, unsigned in_len, void *ctx)
{
	const struct gate_protocol *protocol = ctx;
	struct span name;

	(void)ssl;
	for (unsigned i = 0; i < in_len; i += 1u + in[i]) {
		if (in[i] > in_len - i - 1)
			break;
		name = cc_span(in + i + 1, in[i]);
		for (const char *const *ours = protocol->alpn; *ours; ours++) {
			if (!cc_span_is(name, *ours))
				continue;
			*out = in + i + 1;
			*out_len = in[i];
			return SSL_TLSEXT_ERR_OK;
		}
	}
	return SSL_TLSEXT_ERR_ALERT_FATAL;
}

static int
set_nonblocking(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	return flags < 0 ? -1 : fcntl(fd, F_SETFL, flags | O_NONBLOCK);
}

/* Why a call of the library did not go through. CC_EBUSY: the client's side
 * must first allow *events_r. */
static int
reason(const struct gate_io *io, int ret, short *events_r)
{
	switch (SSL_get_error(io->tls->ssl, ret)) {
	case SSL_ERROR_WANT_READ:
		*events_r = POLLIN;
		return CC_EBUSY;
	case SSL_ERROR_WANT_WRITE:
		*events_r = POLLOUT;
		return CC_EBUSY;
	case SSL_ERROR_ZERO_RETURN:
	case SSL_ERROR_SYSCALL:
		return CC_ECLOSED;
	default:
		return CC_EIO;
	}
}

/* The same, after waiting for what is needed: 0 to call it again. */
static int
settle(struct gate_io *io, int ret, int64_t deadline)
{
	short events;
	int r = reason(io, ret, &events);

	if (r != CC_EBUSY)
		return r;
	return cc_gate_wait(events == POLLIN ? io->in : io->out, events,
	    deadline);
}

/* The client's last message of the handshake gets no answer (there are no
 * tickets), and so no acknowledgement for a while; a client that delays small
 * packets would hold its first command back for that long. */
static void
acknowledge(int fd)
{
	const int on = 1;

	if (setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof(on)) != 0)
		errno = 0; /* no socket */
}

int
cc_gate_tls_accept(struct gate *g, struct gate_io *io,
    const struct gate_protocol *protocol, struct gate_tls *tls,
    int64_t deadline)
{
	int n, r;

	SSL_CTX_set_alpn_select_cb(tls->ctx, choose_protocol,
	    (void *)(uintptr_t)protocol);
	tls->ssl = SSL_new(tls->ctx);
	if (!tls->ssl || SSL_set_rfd(tls->ssl, io->in) != 1 ||
	    SSL_set_wfd(tls->ssl, io->out) != 1 ||
	    set_nonblocking(io->in) != 0 || set_nonblocking(io->out) != 0) {
		log_failure(g, LOGIN_EV_TLS_CONNECTION, "");
		return CC_EIO;
	}
	io->tls = tls;
	for (;;) {
		ERR_clear_error();
		n = SSL_accept(tls->ssl);
		if (n == 1) {
			acknowledge(io->in);
			return 0;
		}
		r = settle(io, n, deadline);
		if (r != 0)
			break;
	}
	log_failure(g, LOGIN_EV_TLS_ACCEPT, "");
	return r;
}

int
cc_gate_tls_recv(struct gate_io *io, void *buf, size_t size, short *events_r)
{
	int n;

	ERR_clear_error();
	n = SSL_read(io->tls->ssl, buf, (int)size);
	return n > 0 ? n : reason(io, n, events_r);
}

int
cc_gate_tls_send(struct gate_io *io, const void *buf, size_t len,
    short *events_r)
{
	int n;

	ERR_clear_error();
	n = SSL_write(io->tls->ssl, buf, (int)len);
	return n > 0 ? n : reason(io, n, events_r);
}

int
cc_gate_tls_read(struct gate_io *io, void *buf, size_t size, int64_t deadline)
{
	int n, r;

	for (;;) {
		r = cc_gate_due(deadline);
		if (r != 0)
			return r;
		ERR_clear_error();
		n = SSL_read(io->tls->ssl, buf, (int)size);
		if (n > 0)
			return n;
		r = settle(io, n, deadline);
		if (r != 0)
			return r == CC_ECLOSED ? 0 : r;
	}
}

int
cc_gate_tls_write(struct gate_io *io, const void *buf, size_t len,
    int64_t deadline)
{
	const char *p = buf;
	int n, r;

	while (len > 0) {
		ERR_clear_error();
		n = SSL_write(io->tls->ssl, p, (int)len);
		if (n > 0) {
			p += n;
			len -= (size_t)n;
			continue;
		}
		r = settle(io, n, deadline);
		if (r != 0)
			return r;
	}
	return 0;
}

void
cc_gate_tls_end(struct gate_io *io)
{
	/* Our own close_notify; the client's is not waited for. */
	ERR_clear_error();
	SSL_shutdown(io->tls->ssl);
}
