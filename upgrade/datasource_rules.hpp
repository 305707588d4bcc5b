#pragma once
// Whether servers may go over to a datasource, and how each of them does: decided from what was
// found, without asking anything.

#include "upgrade/datasource_facts.hpp"
#include "upgrade/steps/balance.hpp"

namespace locum::upgrade {

// What all servers shall work on.
struct WantedDatasource {
    std::string name;
    std::string fingerprint;
    std::string place;
    std::string identity;
};

// By its name and settings.
bool works_on(const ServerView& server, const WantedDatasource& wanted);
// Another way to the database that the server works on, or that one. Where the server's cannot be
// asked, the same address and name count as the same.
bool same_database(const ServerView& server, const WantedDatasource& wanted);

// How one server goes over.
struct Turn {
    std::string node;
    bool restart = false;
    // It is taken out of the balancers before; nullopt: nothing is to be taken out.
    std::optional<steps::Others> drain = {};
    bool undrain = false;
    bool operator==(const Turn&) const = default;
};
// One after the other; what is so already has none. Those that do not serve come first, so that the
// others serve when one that does is drained; own, the coordinator's node, last among its like.
// balancers: that there is one to be told.
std::vector<Turn> turns_of(const std::vector<ServerView>& servers, const WantedDatasource& wanted,
                           const std::string& own, bool balancers);

// All throw Error(refused), or Error(busy) for an operation that is open, with what to do.
void require_answers(const std::vector<ServerView>& servers);
// None is in the middle of an upgrade.
void require_normal(const std::vector<ServerView>& servers);
// No server works on other settings by the wanted one's name: its agent would not change those.
// One with the wanted settings finds the same database by them as this host does.
void require_one_meaning(const std::vector<ServerView>& servers, const WantedDatasource& wanted);
// By its settings the server finds the database that this host finds by them; "" where one of both
// finds none.
void require_same_sight(const ServerView& server, const std::string& identity);
// why: what is lost otherwise.
void require_stopped(const std::vector<ServerView>& servers, const std::string& why);
// The database that is left has nothing open, and knows the same nodes as the next one does: each
// server that may write to it was asked then.
void require_may_leave(const std::string& left, const ReachedDatabase& old, const std::string& next,
                       const std::vector<cluster::NodeRow>& nodes);

} // namespace locum::upgrade
