#pragma once
// The datasources that a host knows by name: the active one, which the suite's servers here work
// on, and others that are kept beside it (0600) and may become it (docs/decisions/0025).

#include "cluster/node_state.hpp"

#include <string>
#include <vector>

namespace locum::cluster {

// Of a datasource that came with an installation or a join.
inline constexpr const char* first_datasource = "productive";

struct NamedDatasource {
    std::string name;
    datasource::Settings settings;
    bool sent = false; // by another host: not what somebody keeps here himself
};
// JSON with both passwords: for 0600 files and the wire only.
engine::Secret to_json(const NamedDatasource& datasource);
NamedDatasource named_datasource_from_json(const std::string& text);

// Throws Error(usage) where it is not of small letters, digits and '-'.
void require_datasource_name(const std::string& name);

// Of a node that becomes a server: as the cluster names it.
void store_active_datasource(const Layout& layout, const NamedDatasource& datasource);
// Throws Error(refused) on a node without a server.
NamedDatasource active_datasource(const Layout& layout);
// Without the active one, by name.
std::vector<NamedDatasource> kept_datasources(const Layout& layout);
// The active one or a kept one. Throws Error(usage) that lists the names where there is none.
NamedDatasource datasource_named(const Layout& layout, const std::string& name);

// Keeps it, in place of one of its name. Throws Error(refused) where the active one has that name.
void keep_datasource(const Layout& layout, const NamedDatasource& datasource);
// The same for what another host activates. Throws Error(refused) where one of that name is kept by
// this host's own operator, with other settings.
void keep_sent_datasource(const Layout& layout, const NamedDatasource& datasource);
// Throws Error(refused) for the active one, Error(usage) where there is none.
void forget_datasource(const Layout& layout, const std::string& name);
// A kept one becomes the active one, which is kept. So it is already: nothing happens. Ends a
// change.
void use_datasource(const Layout& layout, const std::string& name);
// A node's services get the settings of another datasource: said before their first file is
// written, and until use_datasource() is through, or it is taken back. Who was cut off in between
// has files of two datasources, perhaps; no server starts on them.
void begin_change(const Layout& layout, const std::string& name);
void end_change(const Layout& layout);
// The datasource that a change was begun to; "" where none is under way.
std::string change_under_way(const Layout& layout);
// Removes all but the active one, and the word of a change.
void forget_kept_datasources(const Layout& layout);

// Differs where anything of the settings does; tells nothing of the passwords to who does not hold
// the join secret, which servers have.
std::string fingerprint(const Layout& layout, const datasource::Settings& settings);

} // namespace locum::cluster
