#pragma once
// The sample suite's source, and the bundle that is built of it.

#include "tests/integration/suite/sample.hpp"

namespace sample {

struct Fixture {
    Folder folder;
    suite::SigningKey key = suite::SigningKey::generate();
    std::string source = folder.path + "/source";
    std::string bundle = folder.path + "/sample.locum";

    Fixture() { write_source(source); }
    suite::Manifest build() const {
        return suite::build_bundle(source + "/suite.toml", key, bundle);
    }
    suite::Bundle open() const { return suite::Bundle::open(bundle, key.public_key()); }
};

} // namespace sample
