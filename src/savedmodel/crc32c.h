// CRC-32C (Castagnoli), with which TensorFlow's tables guard their blocks.
#pragma once

#include <cstdint>

#include "base/byte_stream.h"

namespace tfhub::savedmodel {

uint32_t crc32c(Bytes bytes);

// As a table stores it: rotated and offset, so that the sum of bytes that hold sums stays a good one
// (leveldb, "table_format.md").
constexpr uint32_t masked_crc(uint32_t crc) {
  return ((crc >> 15) | (crc << 17)) + 0xa282ead8u;
}

}  // namespace tfhub::savedmodel
