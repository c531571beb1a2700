(module (func (export "\00fuel")) (memory (export "memory") 1 1) (func (export "call:main")))
