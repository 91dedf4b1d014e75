import multiprocessing


class Counted:
    def __init__(self, value):
        self.value = value


def square(item):
    return Counted(item.value**2)


if __name__ == "__main__":
    context = multiprocessing.get_context("fork")
    with context.Pool(2) as pool:
        print([item.value for item in pool.map(square, [Counted(3), Counted(4)])])
    print(multiprocessing.current_process().name, multiprocessing.parent_process())
