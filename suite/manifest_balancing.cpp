// How servers are taken out of rotation and put back.

#include "suite/manifest_reader.hpp"

#include <fmt/format.h>

namespace locum::suite {

void ManifestReader::read_balancing() {
    Section section = file.section("balancing");
    if (!file.has("balancing"))
        return;
    Balancing balancing;
    for (const auto& [key, role, into] :
         {std::tuple{"component", Role::balancer, &balancing.component},
          std::tuple{"server", Role::server, &balancing.server}}) {
        const Text named = section.text(key);
        references.refer(section, "component", named);
        const Component* component = manifest.component(named.value);
        if (component != nullptr && component->role != role)
            section.fail(
                named.at,
                fmt::format("the component '{}' of role {}", named.value, name(component->role)),
                fmt::format("one of role {}", name(role)));
        *into = named.value;
    }
    balancing.driver = static_cast<BalancerDriver>(read_choice(section, "driver", {"haproxy"}));
    balancing.socket = with_variables(references, section, "socket");
    balancing.backend = section.text("backend").value;
    section.done();
    manifest.balancing = std::move(balancing);
}

} // namespace locum::suite
