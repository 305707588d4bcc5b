#include "cluster/node_keys.hpp"

#include "cluster/registry.hpp"

namespace locum::cluster {

namespace {

// As facts: a registry that an older Locum made has no column for it.
const std::string fact_prefix = "key/";

} // namespace

void keep_key(Store& store, const std::string& installation, const std::string& pin) {
    Registry(store).set_fact(fact_prefix + installation, pin);
}

void forget_key(Store& store, const std::string& installation) {
    store.execute("DELETE FROM {r}fact WHERE name = $1", {fact_prefix + installation});
}

std::map<std::string, std::string> node_keys(Store& store) {
    std::map<std::string, std::string> keys;
    for (const datasource::Row& row :
         store.query("SELECT node.name, fact.value FROM {r}node AS node JOIN {r}fact AS fact "
                     "ON fact.name = '" +
                     fact_prefix + "' || node.installation"))
        keys.emplace(row[0].value(), row[1].value());
    return keys;
}

} // namespace locum::cluster
