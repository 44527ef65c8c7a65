/* api.h - Attribute macros that every public header uses. */
#ifndef TQ_API_H
#define TQ_API_H

#if defined(__GNUC__)
#define TQ_MUST_CHECK __attribute__((warn_unused_result))
#define TQ_PRINTF(fmt_at, args_at) __attribute__((format(printf, fmt_at, args_at)))
#else
#define TQ_MUST_CHECK
#define TQ_PRINTF(fmt_at, args_at)
#endif

#ifdef __cplusplus
#define TQ_BEGIN_DECLS extern "C" {
#define TQ_END_DECLS }
#elif defined(__GNUC__)
#define TQ_BEGIN_DECLS _Pragma("GCC visibility push(default)")
#define TQ_END_DECLS _Pragma("GCC visibility pop")
#else
#define TQ_BEGIN_DECLS
#define TQ_END_DECLS
#endif

#endif
