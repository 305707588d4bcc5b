#pragma once
// The two versions of a rehearsal, as verified bundles.

#include "rehearse/options.hpp"
#include "suite/bundle.hpp"

#include <string>

namespace locum::rehearse {

struct Versions {
    std::string before_file;
    std::string after_file;
    suite::Manifest before;
    suite::Manifest after;
    // suite::Bundle::manifest_sha256()
    std::string before_sha256;
    std::string after_sha256;
    suite::PublicKey key;
};

// Sources are built into the folder and signed with a key that is made for it. Throws Error: usage
// where the two are not of one sort or not of one suite, or where a key is missing or too much;
// not_trusted; refused for sources that are no suite.
Versions read_versions(const Options& options, const std::string& folder);

} // namespace locum::rehearse
