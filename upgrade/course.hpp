#pragma once
// How far an open operation has come, by its journal and the productive database: what goes on, or
// goes back, from there.

#include "upgrade/session.hpp"

namespace locum::upgrade {

// The servers in the order that an open operation goes by: those whose part it has begun, as it
// began them; then the planned ones and the rest of the registered ones; last the one whose last
// part is begun.
std::vector<std::string> server_order(const engine::Journal& journal, const std::string& operation,
                                      const ClusterFacts& facts,
                                      const std::vector<std::string>& planned);

// A part of the operation that others than the last server go through is begun on the node.
bool had_copy(const engine::Journal& journal, const std::string& operation,
              const std::string& node);

// Schema versions of the productive database.
struct SchemaState {
    std::string before; // when the operation began
    std::string target;
    std::string found; // "" where there is none
    std::string
        begun; // part of a migration with commands that has not come to its end; "" for none
    bool by_command = false; // the new version's migrations have commands

    // All of the migration is done.
    bool arrived() const { return begun.empty() && found == target; }
};
// Asks registry and database.
SchemaState schema_state(Conductor& conductor, const Inputs& inputs);

// The old version works on the database as it is.
bool may_go_back(const SchemaState& schema, const Inputs& inputs, const suite::Manifest& to);
// Throws Error(refused) where it does not. forward: whether the operation may still go on.
void require_way_back(const SchemaState& schema, const Inputs& inputs, const suite::Manifest& to,
                      bool forward);

// What is left to all servers is the way back from their copies (decision 0030): one that none of
// these is has migrated the database. Order::last_is_gone of a rolling operation that goes on.
bool only_returns(const engine::Journal& journal, const std::string& operation,
                  const std::vector<std::string>& servers, const SchemaState& schema);
// The same of one that is taken back: servers were on their way back, the last one is gone.
bool had_returns(const engine::Journal& journal, const std::string& operation,
                 const std::vector<std::string>& servers);

// Adds to a plan that is taken back the fences that it does not have, of servers that are gone: no
// old server starts behind them, so they fall first.
void add_fences_of_others(engine::Plan& plan, Conductor& conductor, const engine::Journal& journal);

// Throws Error(downtime_needed) where the plan is still to stop the only server that is left.
// may_go_back: the error offers that.
void require_not_stopped(const engine::Journal& journal, const std::string& operation,
                         const engine::Plan& plan, const std::string& server, bool may_go_back);

// Before a server is stopped: throws Error(needs_attention), with the backup of before, where a
// migration was begun that cannot go on.
void require_migration_goes_on(Conductor& conductor, const engine::Journal& journal);

// What the step that made the last backup before the migration said of it; "" where there is none.
std::string backup_of_before(const engine::Journal& journal, const std::string& operation);
// The remedy, and on a line of its own where that backup is; as it was where there is none.
std::string with_backup(const std::string& remedy, const std::string& backup);

} // namespace locum::upgrade
