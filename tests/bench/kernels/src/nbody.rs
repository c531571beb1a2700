//! Five bodies that attract each other, for `n` steps.

use crate::noise::Noise;

const STEP: f64 = 0.001;

#[derive(Clone, Copy, Default)]
struct Body {
    place: [f64; 3],
    speed: [f64; 3],
    mass: f64,
}

pub(crate) fn run(n: usize) -> u64 {
    let mut noise = Noise::new();
    let mut bodies = [Body::default(); 5];
    for (at, body) in bodies.iter_mut().enumerate() {
        let far = 4.0 * at as f64;
        *body = Body {
            place: [far + noise.float(), far - noise.float(), noise.float()],
            speed: [noise.float(), noise.float(), noise.float()],
            mass: if at == 0 { 40.0 } else { 0.01 },
        };
    }
    for _ in 0..n {
        advance(&mut bodies);
    }
    bodies.iter().flat_map(|body| body.place).sum::<f64>().to_bits()
}

#[inline(never)]
fn advance(bodies: &mut [Body; 5]) {
    for first in 0..bodies.len() {
        for second in first + 1..bodies.len() {
            let (a, b) = (bodies[first], bodies[second]);
            let away = [0, 1, 2].map(|axis| a.place[axis] - b.place[axis]);
            let square: f64 = away.iter().map(|part| part * part).sum();
            let pull = STEP / (square * libm::sqrt(square));
            for axis in 0..3 {
                bodies[first].speed[axis] -= away[axis] * b.mass * pull;
                bodies[second].speed[axis] += away[axis] * a.mass * pull;
            }
        }
    }
    for body in bodies {
        for axis in 0..3 {
            body.place[axis] += STEP * body.speed[axis];
        }
    }
}
