/* The section of the heap image, at an address that the linker is told. Without IMAGE it is the empty room in which the
   image is made; with it, the image, with the bytecode of what is loaded only when it is needed behind it. Both programs are otherwise the same to the byte. */
#ifdef __aarch64__
#define PAGE 65536
#else
#define PAGE 4096
#endif
#ifdef IMAGE
    .section .image,"aw",%progbits
#else
    .section .image,"aw",%nobits
#endif
    .balign PAGE
    .global image, image_end, chunks_start, chunks_end
image:
#ifdef IMAGE
    .incbin IMAGE
    .balign 16
chunks_start:
    .incbin CHUNKS
chunks_end:
#else
chunks_start:
chunks_end:
    .space 64 << 20
#endif
    .balign PAGE
image_end:
    .section .note.GNU-stack,"",%progbits
