#include "rehearse/report.hpp"

#include <nlohmann/json.hpp>

namespace locum::rehearse {

using nlohmann::json;

json json_of(const Report& report) {
    json claims = json::array();
    for (const Claim& claim : report.claims) {
        claims.push_back({{"id", claim.id},
                          {"says", claim.says},
                          {"outcome", name(claim.outcome)},
                          {"found", claim.found},
                          {"seconds", claim.seconds}});
        if (claim.outcome == Outcome::failed)
            claims.back().update({{"remedy", claim.remedy}, {"error", engine::name(claim.kind)}});
    }
    json clients;
    if (const auto& seen = report.clients) {
        clients = {{"what", seen->what}};
        if (seen->ended.empty())
            clients.update({{"asked", seen->asked},
                            {"failed", seen->failed},
                            {"longest-gap-ms", seen->longest_gap_ms},
                            {"first-failure", seen->first_failure}});
        else
            clients.update({{"ended", seen->ended}, {"last-said", seen->last_said}});
    }
    json excerpts = json::array();
    for (const Excerpt& excerpt : report.excerpts)
        excerpts.push_back({{"log", excerpt.name}, {"end", excerpt.text}});
    json outage;
    if (report.upgrade.outage_ms)
        outage = *report.upgrade.outage_ms;
    json measured;
    if (report.measured)
        measured = json_of(*report.measured);
    return {{"locum", report.locum},
            {"suite", report.suite},
            {"from", report.from},
            {"to", report.to},
            {"mode", report.mode},
            {"datasource", report.datasource},
            {"nodes", report.nodes},
            {"began", report.began},
            {"seconds", report.seconds},
            {"passed", passed(report)},
            {"exit-code", exit_code(report)},
            {"verdict", report.verdict},
            {"reasons", report.reasons},
            {"claims", claims},
            {"out-of-rotation-ms", report.upgrade.out_of_rotation_ms},
            {"outage-ms", outage},
            {"measured", measured},
            {"clients", clients},
            {"logs", excerpts}};
}

} // namespace locum::rehearse
