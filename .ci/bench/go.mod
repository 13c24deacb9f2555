module rutter/ci/bench

go 1.26.0
