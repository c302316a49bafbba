// Tar headers as the hub packs them: what `tar -C DIR .` gives, with owner, time and mode fixed. ustar, with
// a pax header only where a name or a size does not fit.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tfhub::archive {

// The header of the file or directory `path` (empty: the root, "./"), pax blocks included: whole blocks.
std::string tar_header(std::string_view path, bool directory, uint64_t size);

// What stands after the last entry: two zero blocks.
std::string tar_end();

}  // namespace tfhub::archive
