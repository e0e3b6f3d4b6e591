/* usage: durable_files FOLDER THREADS SECONDS
   Each thread writes files of 4 KiB, flushes each, renames it, and flushes the directory. Prints the number of files, the seconds, and
   the processor time in seconds. */
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const char *folder;
static atomic_bool stopped;
static atomic_long files;

static void require(int good, const char *what) {
  if (!good) {
    perror(what);
    exit(1);
  }
}

static void *write_files(void *argument) {
  long thread = (long)argument;
  char directory[4096], from[4200], to[4200], bytes[4096] = {0};
  snprintf(directory, sizeof directory, "%s/%ld", folder, thread);
  require(mkdir(directory, 0777) == 0, "mkdir");
  int handle = open(directory, O_RDONLY | O_DIRECTORY);
  require(handle >= 0, "open");
  for (long i = 0; !stopped; i++) {
    snprintf(from, sizeof from, "%s/new-%ld-%ld", folder, thread, i);
    snprintf(to, sizeof to, "%s/%ld", directory, i);
    int file = open(from, O_WRONLY | O_CREAT | O_EXCL, 0666);
    require(file >= 0, "open");
    require(write(file, bytes, sizeof bytes) == sizeof bytes, "write");
    require(fsync(file) == 0 && close(file) == 0, "fsync");
    require(rename(from, to) == 0, "rename");
    require(fsync(handle) == 0, "fsync");
    files++;
  }
  return NULL;
}

static double seconds(struct timeval time) { return time.tv_sec + time.tv_usec / 1e6; }

int main(int count, char **arguments) {
  require(count == 4, "usage: durable_files FOLDER THREADS SECONDS");
  folder = arguments[1];
  long threads = atol(arguments[2]);
  pthread_t started[256];
  require(threads > 0 && threads <= 256, "threads");
  struct timespec begin, end;
  clock_gettime(CLOCK_MONOTONIC, &begin);
  for (long i = 0; i < threads; i++) require(pthread_create(&started[i], NULL, write_files, (void *)i) == 0, "thread");
  sleep(atoi(arguments[3]));
  stopped = 1;
  for (long i = 0; i < threads; i++) pthread_join(started[i], NULL);
  clock_gettime(CLOCK_MONOTONIC, &end);
  struct rusage used;
  getrusage(RUSAGE_SELF, &used);
  printf("%ld %.3f %.3f\n", (long)files, end.tv_sec - begin.tv_sec + (end.tv_nsec - begin.tv_nsec) / 1e9,
         seconds(used.ru_utime) + seconds(used.ru_stime));
  return 0;
}
