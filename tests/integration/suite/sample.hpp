#pragma once
// A small suite and what the bundle tests share.

#include "engine/error.hpp"
#include "platform/files.hpp"
#include "platform/hash.hpp"
#include "suite/bundle.hpp"
#include "suite/layout.hpp"
#include "suite/manifest_write.hpp"

#include <doctest/doctest.h>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "native_environment.hpp"

namespace sample {

using namespace locum;

struct Folder {
    std::string path =
        platform::make_temporary_folder(platform::temporary_folder(), "locum-bundle-");
    Folder() = default;
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() { platform::remove_all(path); }
};

inline const std::string manifest = R"(format = 1
locum = "0.1"
[suite]
name = "sample"
title = "Sample"
version = "1.0"
schema = "1"
[compatibility]
old-binary-on-new-schema = "works"
new-binary-on-old-schema = "works"
[topologies]
one = { title = "One", components = ["server"] }
[components.server]
title = "Server"
role = "server"
payload = "server"
[database]
application-name = "sample"
node-local = []
[database.sqlite]
version-query = "SELECT v FROM s"
version-record = "UPDATE s SET v = $1"
migrations = [{ to = "1", file = "1.sql" }]
)";

// A vendor's folder with suite.toml and a few files.
inline void write_source(const std::string& folder) {
    platform::make_folders(folder + "/server/bin");
    platform::make_folders(folder + "/server/empty");
    platform::write_file(folder + "/suite.toml", manifest, 0644);
    platform::write_file(folder + "/1.sql", "CREATE TABLE s (v TEXT);\n", 0644);
    platform::write_file(folder + "/server/bin/run", "#!/bin/sh\nexec true\n", 0755);
    platform::write_file(folder + "/server/bin-notes", "sorted between bin and bin/run\n", 0600);
    platform::write_file(folder + "/server/nothing", "", 0644);
    if (testing::has_links()) {
        platform::switch_link(folder + "/server/bin/start", "run");
        platform::switch_link(folder + "/server/up", "bin/run");
    }
}

using Content = std::pair<std::string, std::string>; // a part's path and bytes

inline suite::Part part(const Content& content) {
    return {content.first, content.second.size(), platform::sha256_hex(content.second)};
}

// A bundle's bytes, without any of the checks that `bundle build` makes.
inline std::string assemble(const std::string& manifest_text, const std::string& signatures,
                            const std::vector<Content>& parts) {
    std::string bytes;
    const auto put = [&](const std::string& path, const std::string& content) {
        bytes += suite::layout::header(path, content.size()) + content +
                 std::string(suite::layout::padding(content.size()), '\0');
    };
    put("manifest.toml", manifest_text);
    put("signatures", signatures);
    for (const auto& [path, content] : parts)
        put(path, content);
    return bytes + suite::layout::end();
}

inline std::string signatures(const suite::SigningKey& key, const std::string& text) {
    return suite::layout::encode({key.public_key().hex(), key.sign(text)});
}

inline std::string signed_bundle(const suite::SigningKey& key, const std::string& text,
                                 const std::vector<Content>& parts) {
    return assemble(text, signatures(key, text), parts);
}

// The sample's manifest with these parts (sorted by path) and files.
inline std::string with_parts(const std::vector<Content>& parts,
                              const std::vector<suite::File>& files,
                              const std::string& text = manifest) {
    std::vector<suite::Part> listed;
    for (const Content& content : parts)
        listed.push_back(part(content));
    return text + suite::written_parts(listed, {"server"}, files);
}

// Without syncing, for tests that write a file thousands of times. A file that is first cut to
// nothing would be flushed to disk at each close by some file systems.
inline void overwrite(const std::string& file, const std::string& bytes) {
    std::fstream out(file, std::ios::in | std::ios::out | std::ios::binary);
    if (!out)
        out.open(file, std::ios::out | std::ios::binary);
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    out.close();
    REQUIRE(out);
    std::filesystem::resize_file(file, bytes.size());
}

struct Outcome {
    bool thrown = false;
    engine::Kind kind = engine::Kind::failed;
    std::string text;
    std::string remedy;
};

template <class F>
Outcome outcome(F&& f) {
    try {
        f();
        return {};
    } catch (const engine::Error& error) {
        return {true, error.kind(), error.one_line(), error.remedy()};
    }
}

} // namespace sample
