;; Nothing: what is added stands alone.
(module)
