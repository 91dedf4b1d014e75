import asyncio
import contextlib


@contextlib.contextmanager
def scope():
    try:
        yield
    finally:
        print("left")


held = scope()
held.__enter__()


async def main():
    await asyncio.sleep(0)
    print("async", asyncio.get_running_loop().get_debug())


asyncio.run(main())
