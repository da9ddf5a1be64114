"""What this machine can do at most, measured beside each row by the loops of bench/limits.h: multiply-adds of the row's type in
registers for rows of many queries, and one read of the row's keys and values for rows that decode."""
import ctypes


class Limits:
    def __init__(self, library):
        if not library.exists():
            raise SystemExit(f"{library} is not there: make bench-peers builds it")
        self.library = ctypes.CDLL(str(library))
        self.library.boresight_peak_work.restype = ctypes.c_double

    def of(self, inputs, isa, threads):
        """(name, work of a run in FLOP or bytes, run)."""
        row = inputs.row
        if row.decodes:
            at = (ctypes.c_void_p * 2)(inputs.k.data_ptr(), inputs.v.data_ptr())
            sizes = (ctypes.c_size_t * 2)(inputs.k.nbytes, inputs.v.nbytes)
            return "read rate", row.bytes_read, lambda: self.library.boresight_read_run(at, sizes, 2, threads)
        words = (row.type.encode(), isa.encode(), threads)
        return "peak", self.library.boresight_peak_work(*words), lambda: self.library.boresight_peak_run(*words)
