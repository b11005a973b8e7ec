#!/bin/sh
# Measures what docs/decisions/0001-store.md cites; about ten minutes a round on
# two cores. Argument: how many rounds (1 unless told).
set -eu
cd "$(dirname "$0")"
cargo build --release --quiet
bench=target/release/store-bench
round=0
while [ "$round" -lt "${1:-1}" ]; do
    for store in redb-mem redb-seg redb-nosync redb-nosync-quick redb-fsync fjall sqlite-mem sqlite-wal; do
        for layout in a b32 blz4-32 g16-blz4-32; do
            $bench run $store $layout 102400 8
        done
    done
    for layout in b10 b21 b42 blz4-16 blz4-48 blz4-64 blz4-128; do
        $bench run redb-seg $layout 102400 8
    done
    for store in redb-seg redb-nosync fjall sqlite-wal; do
        $bench run $store blz4-32 1024000 8
        $bench run $store g16-blz4-32 1024000 8
    done
    $bench run redb-mem blz4-32 1024000 8
    $bench run redb-nosync-quick g16-blz4-32 1024000 8
    $bench run redb-nosync blz4-32 1024000 64
    $bench run redb-nosync g16-blz4-32 1024000 32
    $bench run redb-seg g64-blz4-32 1024000 8
    $bench run redb-seg g16-blz4-32 102400 1
    $bench run redb-nosync g16-blz4-32 102400 1
    for store in redb-nosync redb-nosync-quick redb-fsync fjall sqlite-wal; do
        $bench crash $store a 102400 8
        $bench crash $store blz4-32 102400 8
    done
    $bench crash redb-nosync g16-blz4-32 102400 8
    $bench crash redb-nosync g16-blz4-32 1024000 8
    $bench crash redb-nosync-quick g16-blz4-32 1024000 8
    round=$((round + 1))
done
