// The last stage of unpacking: files that are made get their bytes, each digested while its bytes are in the
// cache. For a small file the kernel works about as long to make it as to take its bytes, so a thread of its
// own does this.
#pragma once

#include "archive/block.h"
#include "base/digest.h"
#include "base/manifest.h"

namespace tfhub::archive {

class FileFiller {
 public:
  // The pieces of all batches, in their order. kNotAllowed, kUnexpected: the disk does not take them.
  Result<void> fill(Batch& batch);
  // The files that are whole, sorted.
  Manifest finish();

 private:
  Result<void> write(Bytes bytes);

  Manifest files_;
  os::UniqueFd file_;
  Sha256 digest_;
  uint64_t written_ = 0;  // of file_
};

}  // namespace tfhub::archive
