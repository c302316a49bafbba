// A sorted table of keys and values, as TensorFlow writes variables.index: blocks of entries whose keys share
// prefixes, an index block, a footer. Source: "leveldb File format" (table_format.md); TensorFlow's copy in
// lib/io/table has another magic number and no filter.
#pragma once

#include <functional>
#include <string_view>

#include "base/byte_stream.h"
#include "tfhub/result.h"

namespace tfhub::savedmodel {

enum class Checksums { kVerify, kIgnore };  // ignored only by the fuzzer, which cannot guess them

using TableEntry = std::function<Result<void>(std::string_view key, Bytes value)>;

// Calls `entry` for each, in the order of the keys; an error of its own ends the reading. Each block is read
// once and keys must rise, so the time goes with the file's size. kCorrupt: no table, damaged, compressed
// (TensorFlow writes none such), or a key of more than 64 KiB.
Result<void> for_each_entry(Bytes file, const TableEntry& entry, Checksums checksums = Checksums::kVerify);

}  // namespace tfhub::savedmodel
