import multiprocessing


class Counted:
    def __init__(self, value):
        self.value = value


def square(item):
    return Counted(item.value**2)


print("module is run as", __name__ == "__main__")
if __name__ == "__main__":
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        print([item.value for item in pool.map(square, [Counted(3), Counted(4)])])
