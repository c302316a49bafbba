// Putting a result where a person asked for it: staged beside that place, whole or not at all.
#pragma once

#include <string>

#include "base/progress.h"
#include "os/staging.h"

namespace tfhub::client {

// `path` with its links followed, so that what a link points to is replaced and not the link. kUsage:
// something is there that is not empty, and `force` is not given.
Result<std::string> check_output(const std::string& path, bool force);

// A fresh staging directory for `output`, whose missing parents are made: beside it; in it, where that is a
// mounted volume, or lies where this user may make nothing.
Result<os::StagingDirectory> stage_beside(const std::string& output);

// Copies the files of `from`, a directory of a cache or its like in a bucket, into `staging`. (No hard links:
// what a person gets is his to change, the cache is not.)
Result<void> copy_tree(const std::string& from, os::StagingDirectory& staging, Progress* progress);

// The staged directory becomes `output`; with `force` it takes the place of what is there, in one step where
// the file system can exchange two names. What cannot be moved itself (a mounted volume, a directory of an
// image's lower layer) keeps its place and gets new content.
Result<void> place_directory(os::StagingDirectory& staging, const std::string& output, bool force);
// One file of the staging directory becomes `output`.
Result<void> place_file(os::StagingDirectory& staging, const std::string& name, const std::string& output,
                        bool force);

}  // namespace tfhub::client
