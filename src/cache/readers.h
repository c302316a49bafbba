// Which entries are open in a running process. TF Lite maps its file, servers keep files open: prune leaves
// these alone.
#pragma once

#include <set>
#include <string>

namespace tfhub::cache {

// The keys of the entries below `directory` of which some process has a file open, mapped, or as its working
// directory, as far as /proc shows it to this user. It says nothing of a process that has only been given the
// path.
std::set<std::string> keys_in_use(const std::string& directory);

}  // namespace tfhub::cache
