/* Linked into a program, this overwrites all memory that is given back to the heap; there is nothing to call. */
