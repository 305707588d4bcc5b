#include "upgrade/steps/database.hpp"

#include "datasource/backup.hpp"
#include "datasource/fence.hpp"
#include "platform/files.hpp"
#include "upgrade/steps/productive.hpp"
#include "upgrade/steps/servers.hpp"

#include <fmt/format.h>

namespace locum::upgrade::steps {

using engine::NothingToUndo;
using engine::Reporter;
using engine::Step;
using engine::Undo;

namespace {

constexpr std::chrono::milliseconds evict_grace{10'000};

void lift_fence(Conductor& conductor) {
    conductor.under_lease([&] {
        datasource::unfence(*connect(conductor.upgrade()), conductor.upgrade().settings);
        conductor.registry().set_fact(cluster::fact::fence, "");
    });
}

} // namespace

Step barrier(Conductor& conductor, const std::string& step, const std::string& last) {
    return {step,
            "prove that every other server works on its copy",
            [] { return false; }, // proven anew each time
            nullptr,
            [&conductor, step, last](Reporter&) {
                return fmt::format("{} proven", prove_decoupled(conductor, step, last));
            },
            nullptr,
            NothingToUndo{}};
}

bool is_fence(std::string_view step) {
    return step.ends_with("/fence");
}

Step fence(Conductor& conductor, const std::string& step) {
    return {step,
            "shut the old application out of the productive database",
            [&conductor] {
                const datasource::Settings& settings = conductor.upgrade().settings;
                // On an embedded database the registry's word is the whole fence.
                return conductor.registry().fact(cluster::fact::fence) ==
                           conductor.upgrade().operation &&
                       (settings.kind == datasource::Kind::sqlite ||
                        datasource::fenced(*connect(conductor.upgrade()), settings));
            },
            nullptr,
            [&conductor](Reporter&) {
                conductor.under_lease([&] {
                    conductor.registry().set_fact(cluster::fact::fence,
                                                  conductor.upgrade().operation);
                    datasource::fence(*connect(conductor.upgrade()), conductor.upgrade().settings);
                });
                return std::string();
            },
            nullptr,
            Undo{[&conductor](const std::string&) { lift_fence(conductor); }}};
}

Step evict(Conductor& conductor, const std::string& step) {
    return {step,
            "wait for the old application's open transactions and end its sessions",
            [&conductor] {
                return datasource::occupants(*connect(conductor.upgrade()),
                                             conductor.upgrade().settings)
                    .empty();
            },
            nullptr,
            [&conductor](Reporter&) {
                datasource::evict(*connect(conductor.upgrade()), conductor.upgrade().settings,
                                  evict_grace);
                return std::string();
            },
            nullptr,
            NothingToUndo{}};
}

Step back_up(Conductor& conductor, const std::string& step) {
    const Upgrade& upgrade = conductor.upgrade();
    const std::string file =
        fmt::format("{}/backup/{}-{}", upgrade.data_folder, upgrade.operation, upgrade.epoch) +
        (upgrade.settings.kind == datasource::Kind::sqlite ? ".sqlite" : ".dump");
    return {
        step,
        "back up the productive database and prove that the backup can be read",
        [file] { return platform::exists(file); }, // of this epoch: an older one lacks later writes
        nullptr,
        [&conductor, file](Reporter& reporter) {
            platform::make_own_folder(platform::parent_of(file), 0700);
            const datasource::Backup backup =
                datasource::back_up(conductor.upgrade().settings, file);
            std::string says =
                fmt::format("{} on {}, {} KB; to restore it: {}", backup.file,
                            conductor.upgrade().node, backup.bytes / 1024, backup.restore_command);
            if (conductor.registry().fact(cluster::fact::migration).empty())
                return says;
            reporter.note("of the database with its migration begun, not as it was before: " +
                          says);
            return std::string();
        },
        nullptr,
        NothingToUndo{}};
}

Step unfence(Conductor& conductor, const std::string& step) {
    return {step,
            "let the new application into the productive database",
            [&conductor] { return conductor.registry().fact(cluster::fact::fence).empty(); },
            nullptr,
            [&conductor](Reporter&) {
                lift_fence(conductor);
                return std::string();
            },
            nullptr,
            NothingToUndo{}};
}

Step publish_version(Conductor& conductor, const std::string& step) {
    return {step,
            fmt::format("record that the cluster runs version {}", conductor.upgrade().version()),
            [&conductor] {
                return conductor.registry().fact(cluster::fact::manifest) ==
                       conductor.upgrade().manifest_sha256;
            },
            nullptr,
            [&conductor](Reporter&) {
                conductor.under_lease([&] {
                    conductor.registry().set_fact(cluster::fact::version,
                                                  conductor.upgrade().version());
                    conductor.registry().set_fact(cluster::fact::manifest,
                                                  conductor.upgrade().manifest_sha256);
                });
                return std::string();
            },
            nullptr,
            NothingToUndo{}};
}

} // namespace locum::upgrade::steps
