import warnings

warnings.simplefilter("error")
import sklearn.linear_model  # noqa: E402

print(sklearn.linear_model.Ridge())
