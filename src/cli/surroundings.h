// What a process finds when it begins and must not stumble over.
#pragma once

namespace tfhub::cli {

// Before anything else. Standard streams that are closed become ones that give and take nothing: a file
// opened later must not get their numbers, and our words with them. And a limit on the size of files (ulimit
// -f) is an error of the write that meets it, which removes what it began, not the end of the process.
void settle_in();

}  // namespace tfhub::cli
