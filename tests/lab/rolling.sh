#!/usr/bin/env bash
# Three hosts with PostgreSQL on a fourth, installed unattended over the network and rolled to the next version under load.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
begin_lab 3
source "$(dirname "$0")/cluster.sh"

begin_cluster
expect_all_at 1.0
trial_load --rate 300
locum_on 2 upgrade run /root/setup/2.0.bundle --mode rolling
expect_code 0 "the upgrade"
expect_clean_load
expect_all_at 2.0
