#include "installer/migrating.hpp"

#include "installer/rendering.hpp"
#include "platform/files.hpp"

#include <algorithm>

namespace locum::installer {

std::function<void(const datasource::MigrationPart&)>
migration_command(const cluster::Layout& layout, const cluster::NodeState& node,
                  const suite::Manifest& manifest, const datasource::Settings& settings) {
    // Whatever this node's own server works on by now, the command's database is the one that is
    // given.
    cluster::NodeState plain = node;
    plain.mode = cluster::Mode::normal;
    return [layout, plain, &manifest, settings](const datasource::MigrationPart& part) {
        // {component.dir} is the server's: its data is migrated, and each node that does so has it.
        const auto server = std::find_if(
            manifest.components.begin(), manifest.components.end(),
            [](const suite::Component& one) { return one.role == suite::Role::server; });
        datasource::MigrationPart rendered = part;
        const auto words = [&](const std::vector<std::string>& all) {
            return render_words(layout, plain, manifest,
                                server == manifest.components.end() ? "" : server->name, settings,
                                all);
        };
        rendered.argv = words(part.argv);
        rendered.output = words({part.output}).front();
        platform::make_folders(layout.logs(), 0750);
        datasource::run_command(rendered, settings, layout.logs() + "/migration.log");
    };
}

} // namespace locum::installer
