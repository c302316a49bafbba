// What publishers leave under .staging/<token>/ besides bytes: who works there, and what is about to be
// committed from there. Used by publication.h's functions only.
#pragma once

#include <optional>
#include <string>

#include "catalog/version_record.h"
#include "store/object_store.h"

namespace tfhub::catalog {

// Written, and durable, before the record: so whoever finds a dead publisher's staging knows which record may
// need it.
Result<void> put_intent(store::ObjectStore& store, const VersionRecord& record);

// The record that was committed from this staging place, counted or waiting for its model's entry; nothing
// when there is none and none can come any more unless the publisher lives.
Result<std::optional<VersionRecord>> committed_from(store::ObjectStore& store, const std::string& token);

// Everything of a staging place, its owner object last: a removal that is cut short leaves a place whose
// owner is dead, which the next publisher clears at once.
Result<void> remove_staging(store::ObjectStore& store, const std::string& token);

}  // namespace tfhub::catalog
