#include "rehearse/stages.hpp"

#include <doctest/doctest.h>

using namespace locum;
using rehearse::Claim;
using rehearse::Outcome;
using rehearse::Stage;

namespace {

Stage holds(const std::string& id) {
    return {id, id + " holds", [] { return std::string("seen"); }};
}
Stage fails(const std::string& id) {
    return {id, id + " holds", []() -> std::string {
                throw engine::Error("found 1, expected 2", engine::Kind::drift).remedy("mend it");
            }};
}

std::vector<Outcome> outcomes(const std::vector<Claim>& claims) {
    std::vector<Outcome> all;
    for (const Claim& claim : claims)
        all.push_back(claim.outcome);
    return all;
}

} // namespace

TEST_CASE("stages: each is looked at in turn, and what was seen is kept") {
    std::vector<Claim> claims;
    engine::SilentReporter reporter;
    CHECK(rehearse::look_at({holds("a"), holds("b")}, true, claims, reporter));
    REQUIRE(claims.size() == 2);
    CHECK(claims[1].id == "b");
    CHECK(claims[1].found == "seen");
    CHECK(outcomes(claims) == std::vector{Outcome::passed, Outcome::passed});
}

TEST_CASE(
    "stages: what rests on a claim that does not hold is skipped, what rests on none is not") {
    std::vector<Claim> claims;
    engine::SilentReporter reporter;
    Stage last = holds("last");
    last.rests = Stage::Rests::on_none;
    Stage never = last;
    never.begun = [] { return false; };
    CHECK(!rehearse::look_at({holds("a"), fails("b"), holds("c"), last, never}, true, claims,
                             reporter));
    CHECK(outcomes(claims) == std::vector{Outcome::passed, Outcome::failed, Outcome::skipped,
                                          Outcome::passed, Outcome::skipped});
    CHECK(claims[1].found == "found 1, expected 2");
    CHECK(claims[1].remedy == "mend it");
    CHECK(claims[1].kind == engine::Kind::drift);
}

TEST_CASE("stages: after one that nothing rests on, the others are looked at") {
    std::vector<Claim> claims;
    engine::SilentReporter reporter;
    Stage alone = fails("alone");
    alone.others_go_on = true;
    rehearse::look_at({alone, holds("next")}, true, claims, reporter);
    CHECK(outcomes(claims) == std::vector{Outcome::failed, Outcome::passed});
}

TEST_CASE("stages: nothing is looked at where what was before did not hold") {
    std::vector<Claim> claims;
    engine::SilentReporter reporter;
    CHECK(!rehearse::look_at({holds("a")}, false, claims, reporter));
    CHECK(outcomes(claims) == std::vector{Outcome::skipped});
}

TEST_CASE("stages: what nobody expected is a claim that does not hold, too") {
    std::vector<Claim> claims;
    engine::SilentReporter reporter;
    rehearse::look_at(
        {{"a", "a holds", []() -> std::string { throw std::runtime_error("out of range"); }}}, true,
        claims, reporter);
    CHECK(claims[0].outcome == Outcome::failed);
    CHECK(claims[0].found == "unexpected: out of range");
}
