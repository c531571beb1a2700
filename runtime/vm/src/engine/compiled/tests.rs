use super::*;
use crate::fixture;

#[test]
fn growth_that_the_machine_refuses_is_a_fault() {
    let mut host = State::new();
    assert!(host.memory_growing(0, 65_536, Some(65_536)).unwrap());
    assert!(!host.memory_growing(0, 65_537, Some(65_536)).unwrap());
    let error = host.memory_grow_failed(Error::msg("no room")).unwrap_err();
    assert_eq!(stop(error, 0, 0), Stop::Fault(Fault::host("the engine failed: no room")));
}

#[test]
fn a_compiler_that_gives_up_refuses_the_program() {
    for engine in [Engine::Cranelift, Engine::Pulley] {
        let error = Executor::new(engine).unwrap().compile(b"no module", &[]).err();
        assert!(matches!(error, Some(AdmitError::Uncompilable { .. })), "{error:?}");
    }
}

#[test]
fn an_instance_serves_one_call_after_another() {
    let vm = crate::Vm::new(Engine::Cranelift).unwrap();
    let crate::engine::Executor::Compiled(executor) = &vm.executor else {
        panic!("it compiles");
    };
    let waiting = |body: &str| {
        let method = format!(
            "(memory (export \"memory\") 1 2) (table 1 funcref) (func (export \"call:main\") {body})"
        );
        let program = vm.admit(&fixture::module(&method)).unwrap();
        for _ in 0..3 {
            vm.run(&program, fixture::job()).unwrap();
        }
        match program.code() {
            crate::engine::Code::Compiled(code) => executor.gate.idle(Some(code.number)),
            crate::engine::Code::Interpreted(_) => 0,
        }
    };
    assert_eq!(waiting("(i64.store (i32.const 4093) (i64.const -1))"), 1);
    assert_eq!(waiting("(i64.store (i32.const 4093) (i64.const -1)) unreachable"), 1);
    assert_eq!(waiting("(drop (memory.grow (i32.const 1)))"), 0);
    assert_eq!(waiting("(table.copy (i32.const 0) (i32.const 0) (i32.const 1))"), 0);
    for program in 0..=config::IDLE_MAX {
        waiting(&format!("(drop (i32.const {program}))"));
    }
    assert_eq!(executor.gate.idle(None), config::IDLE_MAX);
}

/// Their instances are not mixed up, though the programs have one id.
#[test]
fn a_program_compiled_twice_runs_twice() {
    let vm = crate::Vm::new(Engine::Cranelift).unwrap();
    let wasm = fixture::module(
        "(memory (export \"memory\") 1 2)
        (func (export \"call:main\") (call $answer (i32.const 0) (i32.const 0)))",
    );
    let programs = [vm.admit(&wasm).unwrap(), vm.admit(&wasm).unwrap()];
    for _ in 0..2 {
        for program in &programs {
            assert!(vm.run(program, fixture::job()).unwrap().outcome.is_returned());
        }
    }
}
