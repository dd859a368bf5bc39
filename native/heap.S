/* The section of the heap image, at an address that the linker is told. Without IMAGE it is the empty room in which the
   image is made; with it, the image. Both programs are otherwise the same to the byte. */
#ifdef IMAGE
    .section .image,"aw",%progbits
#else
    .section .image,"aw",%nobits
#endif
    .balign 65536
    .global image, image_end
image:
#ifdef IMAGE
    .incbin IMAGE
#else
    .space 4 << 20
#endif
    .balign 65536
image_end:
    .section .note.GNU-stack,"",%progbits
