// The sections of a model's page that are made from its record: how to use it, what to download, its files.
#pragma once

#include <string>

#include "catalog/version_record.h"
#include "server/hub.h"
#include "server/list_parts.h"

namespace tfhub::server {

// What the same bytes are loaded with.
enum class Loader { kUsual, kCoral, kLayersModel };

// `handle`: the URL as code would have it. Each snippet works as it is pasted.
std::string usage_section(const catalog::VersionRecord& record, Loader loader, const std::string& handle);
std::string download_section(const Hub& hub, const catalog::VersionRecord& record, const std::string& handle);
std::string files_section(const catalog::VersionRecord& record, AskedParts& asked);

}  // namespace tfhub::server
