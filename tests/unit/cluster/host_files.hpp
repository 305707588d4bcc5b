#pragma once
// A bundle that needs a file of the host.

#include "cluster/host_files.hpp"
#include "cluster/installed.hpp"
#include "tests/support/site.hpp"

namespace locum::testing {

inline constexpr const char* schema = "BEGIN;\nCREATE TABLE schema_version (version text);\n"
                                      "INSERT INTO schema_version VALUES ('1');\nCOMMIT;\n";

// A bundle of the small suite whose first schema is a file of the host.
struct Host {
    Scratch scratch;
    Vendor vendor{scratch.path()};
    cluster::Layout layout{scratch / "root", "small"};
    std::string file = scratch / "schema.sql";

    explicit Host(const std::string& text = schema, bool for_shell = true) {
        platform::write_file(file, text, 0644);
        std::string toml = small_suite_toml("1.0");
        const std::string usual = "{ to = \"1\", file = \"1.sql\" }";
        for (std::size_t at; (at = toml.find(usual)) != std::string::npos;)
            toml.replace(at, usual.size(),
                         fmt::format("{{ to = \"1\", run = [{{ host-file = \"schema\", for-shell = "
                                     "{} }}] }}",
                                     for_shell));
        toml += fmt::format("[[host-files]]\nname = \"schema\"\ncomponent = \"server\"\npath = "
                            "\"{}\"\nsha256 = \"{}\"\n",
                            file, platform::sha256_hex(text));
        bundle_ = vendor.build("1.0", {{"suite.toml", toml}});
    }

    suite::Bundle bundle() const { return suite::Bundle::open(bundle_, vendor.key()); }
    std::vector<std::string> stage(const std::vector<std::string>& components = {"server"}) const {
        engine::SilentReporter silent;
        return cluster::stage(bundle(), layout, components, silent, "stage");
    }
    bool staged(const std::vector<std::string>& components = {"server"}) const {
        return cluster::staged(bundle().manifest_sha256(), "1.0", layout, components);
    }
    datasource::MigrationPart part() const {
        const cluster::InstalledVersion version(layout, "1.0");
        return version.manifest()
            .database.engines.at(datasource::Kind::sqlite)
            .migrations[0]
            .run[0];
    }

    // What is no file is told, and nothing is made.
    void refused_as_no_file() const {
        const engine::Error error = error_of([&] { stage(); });
        CHECK(error.kind() == engine::Kind::refused);
        CHECK(error.what() == fmt::format("the host file {} is a folder, device or pipe; expected "
                                          "a file with SHA-256 {}",
                                          file, platform::sha256_hex(schema)));
        CHECK(cluster::check_host_files(bundle().manifest(), {"server"}).size() == 1);
        CHECK_FALSE(platform::exists(layout.product()));
    }

private:
    std::string bundle_;
};

} // namespace locum::testing
