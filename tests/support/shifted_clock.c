// Another day for a program and its children, whatever they are: preloaded, this moves the clock by
// SHIFTED_CLOCK seconds, and the times of files with it, so that a file written now is one of now.
// libfaketime does the first, but of the second it knows neither statx nor fstatat nor what dlopen was told
// to bind first. scripts/shift_clock.sh builds and uses it.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static time_t shift(void) {
  const char* seconds = getenv("SHIFTED_CLOCK");
  return seconds ? atol(seconds) : 0;
}

// The kernel is asked itself: dlsym may want to know the time.
int clock_gettime(clockid_t clock, struct timespec* now) {
  const int done = (int)syscall(SYS_clock_gettime, clock, now);
  if (done == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) now->tv_sec += shift();
  return done;
}

int gettimeofday(struct timeval* restrict now, void* restrict zone) {
  struct timespec finer;
  (void)zone;
  clock_gettime(CLOCK_REALTIME, &finer);
  now->tv_sec = finer.tv_sec;
  now->tv_usec = finer.tv_nsec / 1000;
  return 0;
}

time_t time(time_t* out) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (out) *out = now.tv_sec;
  return now.tv_sec;
}

int timespec_get(struct timespec* now, int base) {
  return clock_gettime(CLOCK_REALTIME, now) == 0 ? base : 0;
}

// A deadline by the wall clock. Those by the monotonic one are not moved.
int pthread_cond_timedwait(pthread_cond_t* restrict condition, pthread_mutex_t* restrict mutex,
                           const struct timespec* restrict until) {
  struct timespec moved = *until;
  moved.tv_sec -= shift();
  return NEXT(pthread_cond_timedwait)(condition, mutex, &moved);
}

// What files say of themselves.
#define STAT(name, type, parameters, arguments) \
  int name parameters {                         \
    const int done = NEXT(name) arguments;      \
    if (done == 0) {                            \
      out->st_atim.tv_sec += shift();           \
      out->st_mtim.tv_sec += shift();           \
      out->st_ctim.tv_sec += shift();           \
    }                                           \
    return done;                                \
  }
STAT(stat, stat, (const char* restrict path, struct stat* restrict out), (path, out))
STAT(lstat, stat, (const char* restrict path, struct stat* restrict out), (path, out))
STAT(fstat, stat, (int fd, struct stat* out), (fd, out))
STAT(fstatat, stat, (int fd, const char* restrict path, struct stat* restrict out, int flags),
     (fd, path, out, flags))
STAT(stat64, stat64, (const char* restrict path, struct stat64* restrict out), (path, out))
STAT(lstat64, stat64, (const char* restrict path, struct stat64* restrict out), (path, out))
STAT(fstat64, stat64, (int fd, struct stat64* out), (fd, out))
STAT(fstatat64, stat64, (int fd, const char* restrict path, struct stat64* restrict out, int flags),
     (fd, path, out, flags))

int statx(int fd, const char* restrict path, int flags, unsigned mask, struct statx* restrict out) {
  const int done = NEXT(statx)(fd, path, flags, mask, out);
  if (done == 0) {
    out->stx_atime.tv_sec += shift();
    out->stx_mtime.tv_sec += shift();
    out->stx_ctime.tv_sec += shift();
    out->stx_btime.tv_sec += shift();
  }
  return done;
}

// What files are told to say.
static int set_times(int fd, const char* path, const struct timespec times[2], int flags) {
  struct timespec moved[2];
  for (int i = 0; times && i < 2; ++i) {
    moved[i] = times[i];
    if (moved[i].tv_nsec != UTIME_NOW && moved[i].tv_nsec != UTIME_OMIT) moved[i].tv_sec -= shift();
  }
  return (int)syscall(SYS_utimensat, fd, path, times ? moved : NULL, flags);
}
int utimensat(int fd, const char* path, const struct timespec times[2], int flags) {
  return set_times(fd, path, times, flags);
}
int futimens(int fd, const struct timespec times[2]) {
  return set_times(fd, NULL, times, 0);
}
int utimes(const char* path, const struct timeval times[2]) {
  if (times == NULL) return set_times(AT_FDCWD, path, NULL, 0);
  const struct timespec finer[2] = {{times[0].tv_sec, times[0].tv_usec * 1000},
                                    {times[1].tv_sec, times[1].tv_usec * 1000}};
  return set_times(AT_FDCWD, path, finer, 0);
}

// A library opened to find its own symbols first, as the client opens libcurl, finds these all the same.
void* dlopen(const char* file, int mode) {
  return NEXT(dlopen)(file, mode & ~RTLD_DEEPBIND);
}
