#include "rehearse/stages.hpp"

#include <chrono>
#include <fmt/format.h>

namespace locum::rehearse {

namespace {

using Clock = std::chrono::steady_clock;

void look_at(const Stage& stage, Claim& claim) {
    const auto begun = Clock::now();
    try {
        claim.found = stage.look();
        claim.outcome = Outcome::passed;
    } catch (const engine::Error& error) {
        claim.outcome = Outcome::failed;
        claim.found = error.one_line();
        claim.remedy = error.remedy();
        claim.kind = error.kind();
    } catch (const std::exception& error) {
        claim.outcome = Outcome::failed;
        claim.found = fmt::format("unexpected: {}", error.what());
    }
    claim.seconds = std::chrono::duration<double>(Clock::now() - begun).count();
}

} // namespace

bool look_at(const std::vector<Stage>& stages, bool go_on, std::vector<Claim>& claims,
             engine::Reporter& reporter) {
    for (const Stage& stage : stages) {
        Claim claim{stage.id, stage.says};
        const bool wanted =
            stage.rests == Stage::Rests::on_none ? !stage.begun || stage.begun() : go_on;
        if (wanted) {
            reporter.step(stage.id, stage.says, engine::Progress::started, "");
            look_at(stage, claim);
            const bool holds = claim.outcome == Outcome::passed;
            reporter.step(stage.id, stage.says,
                          holds ? engine::Progress::done : engine::Progress::failed, claim.found);
            go_on = go_on && (holds || stage.others_go_on);
        }
        claims.push_back(std::move(claim));
    }
    return go_on;
}

} // namespace locum::rehearse
