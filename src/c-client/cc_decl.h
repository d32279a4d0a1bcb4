/*
 * cc_decl.h - what stands around the declarations of every public header.
 *
 * In C++ they get C linkage. While the library itself is built (CC_BUILD, with
 * -fvisibility=hidden) they keep default visibility, the mm_ callbacks too, so
 * that the archive can be linked into a shared object whose program supplies
 * the callbacks.
 */
#ifndef CC_DECL_H
#define CC_DECL_H

#ifdef __cplusplus
#define CC_DECLS_BEGIN extern "C" {
#define CC_DECLS_END }
#elif defined(CC_BUILD)
#define CC_DECLS_BEGIN _Pragma("GCC visibility push(default)")
#define CC_DECLS_END _Pragma("GCC visibility pop")
#else
#define CC_DECLS_BEGIN
#define CC_DECLS_END
#endif

/*
 * Members named private, or, not, namespace cannot be written in C++, where
 * they are words of the language; there they are cclientPrivate, cclientOr,
 * cclientNot, cclientNamespace. A C++ program compiled with -fno-operator-names
 * may write or and not, unless it made macros of them: with operator names
 * "not - 1" below is 0, without them it is an unknown word less 1.
 */
#ifdef __cplusplus
#if not -1
#if !defined(or) && !defined(not )
#define CC_PLAIN_OR_NOT 1
#endif
#endif
#endif

#endif
