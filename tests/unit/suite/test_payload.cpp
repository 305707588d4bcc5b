#include "suite/payload.hpp"

#include "platform/files.hpp"
#include "tests/support/scratch.hpp"

using namespace locum;
using testing::Scratch;

TEST_CASE("a payload's programs may be executed, whichever system it is packed on") {
    const Scratch scratch;
    platform::make_folders(scratch / "from");
    const auto put = [&](const char* name, const std::string& text, unsigned mode = 0644) {
        platform::write_file(scratch / ("from/" + std::string(name)), text, mode);
    };
    put("data", "text");
    put("empty", "");
    put("program",
        "\x7f"
        "ELF\x02\x01",
        0700);
    put("program.exe", "MZ\x90", 0755);
    put("script", "#!/bin/sh\n", 0755);
    const suite::Payload packed =
        suite::pack_payload("server", scratch / "from", scratch / "packed");
    std::vector<std::pair<std::string, unsigned>> modes;
    for (const suite::File& file : packed.files)
        modes.emplace_back(file.path, file.mode);
    CHECK(modes == std::vector<std::pair<std::string, unsigned>>{{"data", 0644},
                                                                 {"empty", 0644},
                                                                 {"program", 0755},
                                                                 {"program.exe", 0755},
                                                                 {"script", 0755}});
}
