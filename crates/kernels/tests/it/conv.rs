use transom_kernels::{Activation, Conv1d};

use crate::{Numbers, close, cpus};

#[test]
fn a_convolution_is_the_plain_one() {
    for cpu in cpus() {
        for (rows, inputs, outputs, kernel, stride, padding) in [
            (1, 1, 1, 3, 1, 1),
            (50, 80, 33, 3, 1, 1),
            (51, 7, 40, 3, 2, 1),
            (9, 4, 2, 5, 3, 0),
            (300, 16, 16, 3, 2, 1),
        ] {
            let mut numbers = Numbers::new(6);
            let (x, w) = (numbers.take(rows * inputs), numbers.take(outputs * inputs * kernel));
            let bias = numbers.take(outputs);
            let conv = Conv1d::new(&w, Some(&bias), (outputs, inputs, kernel), stride, padding).unwrap();
            let steps = (rows + 2 * padding - kernel) / stride + 1;
            let mut expected = Vec::new();
            for step in 0..steps {
                for output in 0..outputs {
                    let mut sum = f64::from(bias[output]);
                    for tap in 0..kernel {
                        let Some(row) = (step * stride + tap).checked_sub(padding).filter(|row| *row < rows)
                        else {
                            continue;
                        };
                        for input in 0..inputs {
                            let weight = w[(output * inputs + input) * kernel + tap];
                            sum += f64::from(x[row * inputs + input]) * f64::from(weight);
                        }
                    }
                    expected.push(sum.max(0.0));
                }
            }
            assert_eq!((conv.steps(rows), conv.outputs()), (steps, outputs));
            close(&conv.forward(&cpu, &x, Activation::Relu), &expected, 2e-5, "convolution");
        }
    }
}

#[test]
fn wrong_shapes_are_errors_and_short_inputs_are_not() {
    assert!(Conv1d::new(&[0.0; 5], None, (1, 2, 3), 1, 1).is_err());
    assert!(Conv1d::new(&[0.0; 6], None, (1, 2, 3), 0, 1).is_err());
    assert!(Conv1d::new(&[], None, (1, 0, 3), 1, 1).is_err());
    assert!(Conv1d::new(&[0.0; 6], Some(&[0.0; 2]), (1, 2, 3), 1, 1).is_err());
    let conv = Conv1d::new(&[0.0; 6], None, (1, 2, 3), 1, 0).unwrap();
    assert!(conv.forward(&transom_kernels::Cpu::new(1), &[1.0, 2.0], Activation::None).is_empty());
}
