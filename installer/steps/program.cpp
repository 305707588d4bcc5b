// Locum's own program, where the bundle brings one for this host's system.

#include "cluster/program.hpp"
#include "engine/locum_version.hpp"
#include "installer/steps/files.hpp"
#include "platform/files.hpp"
#include "platform/operating_system.hpp"
#include "platform/tree.hpp"

#include <fmt/format.h>

namespace locum::installer::steps {

using engine::Reporter;
using engine::Undo;

bool brings_program(const suite::Manifest& manifest) {
    return manifest.program && manifest.program->files.contains(platform::system_name()) &&
           manifest.program->version >= engine::Version::parse(engine::locum_version());
}

engine::Step place_program(const Installation& installation) {
    const cluster::Layout& layout = installation.layout;
    const std::string version = installation.manifest().program->version.text();
    auto open = [&installation] {
        return suite::ProgramBundle::open(
            installation.bundle.file(), suite::PublicKey::parse(installation.answers.trusted_key));
    };
    return {"files/program",
            fmt::format("unpack Locum {} to {}, for the agent", version, layout.programs()),
            [&layout, version, open] {
                return cluster::linked_program(layout) == version &&
                       cluster::program_placed(open(), layout);
            },
            [&layout] { return cluster::linked_program(layout); },
            [&layout, open](Reporter&) {
                const std::string placed = cluster::place_program(open(), layout);
                cluster::try_to_start(layout, placed);
                cluster::link_program(layout, placed);
                return std::string();
            },
            nullptr,
            Undo{[&layout, version](const std::string& memo) {
                cluster::link_program(layout, memo);
                if (memo != version)
                    platform::remove_all(layout.programs() + "/" + version);
                platform::remove_if_empty({layout.programs()});
            }}};
}

} // namespace locum::installer::steps
