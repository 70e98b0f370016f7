use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};

use transom_kernels::Cpu;

#[test]
fn every_task_runs_once() {
    for threads in [1, 2, 5] {
        let cpu = Cpu::new(threads);
        assert_eq!(cpu.threads(), threads);
        for tasks in [0, 1, 2, 7, 300] {
            let counts: Vec<AtomicUsize> = (0..tasks).map(|_| AtomicUsize::new(0)).collect();
            for _ in 0..20 {
                cpu.run(tasks, |task| {
                    counts[task].fetch_add(1, Ordering::Relaxed);
                });
            }
            assert!(counts.iter().all(|count| count.load(Ordering::Relaxed) == 20));
        }
    }
}

#[test]
fn a_run_inside_a_run_and_from_two_threads() {
    let cpu = Cpu::new(3);
    let count = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                for _ in 0..50 {
                    cpu.run(4, |_| {
                        cpu.run(5, |_| {
                            count.fetch_add(1, Ordering::Relaxed);
                        });
                    });
                }
            });
        }
    });
    assert_eq!(count.load(Ordering::Relaxed), 2 * 50 * 4 * 5);
}

#[test]
fn a_panic_reaches_the_caller_and_the_threads_go_on() {
    let cpu = Cpu::new(3);
    for bad in 0..8 {
        let result =
            catch_unwind(AssertUnwindSafe(|| cpu.run(8, |task| assert!(task != bad, "task {task}"))));
        assert!(result.is_err());
    }
    let sum = AtomicUsize::new(0);
    cpu.run(8, |task| {
        sum.fetch_add(task, Ordering::Relaxed);
    });
    assert_eq!(sum.load(Ordering::Relaxed), 28);
}

#[test]
fn chunks_cover_everything() {
    let cpu = Cpu::background(2);
    let mut data = vec![0; 23];
    cpu.chunks(&mut data, 5, |index, chunk| chunk.fill(index));
    assert_eq!(data, [0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 4, 4, 4]);
}
