#include "base/memory.h"

#include <malloc.h>

namespace tfhub {

void release_free_memory() {
#ifdef __GLIBC__
  ::malloc_trim(0);
#endif
}

}  // namespace tfhub
