#include "cluster/epoch.hpp"

#include "cluster/store.hpp"

namespace locum::cluster {

void raise_epoch(const datasource::Settings& settings, const std::string& suite,
                 std::uint64_t above) {
    Store store(settings, suite);
    store.execute("UPDATE {r}lease SET epoch = $1 WHERE name = 'cluster' AND epoch < $1 AND "
                  "holder = ''",
                  {static_cast<std::int64_t>(above)});
}

} // namespace locum::cluster
