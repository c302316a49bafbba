// The sections of a model's page that are made from its record: how to use it, what to download, its files.
#pragma once

#include <string>

#include "catalog/version_record.h"
#include "server/hub.h"

namespace tfhub::server {

// `handle`: the URL as code would have it.
std::string usage_section(const catalog::VersionRecord& record, const std::string& handle);
std::string download_section(const Hub& hub, const catalog::VersionRecord& record, const std::string& handle);
std::string files_section(const catalog::VersionRecord& record);

}  // namespace tfhub::server
