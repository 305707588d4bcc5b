#pragma once
// Which key each installation was admitted with. A node's name is given again once the node was
// removed. Its key is not, and stays where its certificate is issued anew.

#include "cluster/store.hpp"

#include <map>
#include <string>

namespace locum::cluster {

// In the transaction that registers the installation. pin: of the key (token::CertificateFacts). A
// later one replaces it: a join that was cut off is made again, with another key. It stays when the
// node is removed: no other installation has its id.
void keep_key(Store& store, const std::string& installation, const std::string& pin);
// The undo of that.
void forget_key(Store& store, const std::string& installation);

// Pins by the names of the nodes that are registered; none of a node that an older Locum admitted.
std::map<std::string, std::string> node_keys(Store& store);

} // namespace locum::cluster
